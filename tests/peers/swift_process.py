# SPDX-License-Identifier: MIT
"""swift_process.py DIR PORT: account, container, object and proxy server of Swift in this process."""
import logging
import os
import sys

import eventlet

eventlet.patcher.monkey_patch(all=False, socket=True, select=True, thread=True, time=True)

# Swift reads its configuration when it is imported: nothing of it before the patching, and utils first.
from eventlet import listen, wsgi                               # noqa: E402
import swift.common.utils                                       # noqa: E402

SWIFT_CONF = """[swift-hash]
swift_hash_path_suffix = x
swift_hash_path_prefix = y
[storage-policy:0]
name = p0
default = yes
[swift-constraints]
max_file_size = 5368709122
"""
PROXY_CONF = """[DEFAULT]
swift_dir = {etc}
log_address = {dir}/none
[pipeline:main]
pipeline = catch_errors gatekeeper proxy-logging cache listing_formats bulk s3api tempauth slo dlo symlink versioned_writes proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
node_timeout = 60
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:symlink]
use = egg:swift#symlink
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
allow_multipart_uploads = true
check_bucket_owner = false
allow_no_owner = true
dns_compliant_bucket_names = true
storage_domain = s3.localtest
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testSecretKey .admin
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def write_ring(etc, name, port):
    from swift.common.ring import RingBuilder
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "d1", "weight": 1.0,
                     "meta": "", "replication_ip": "127.0.0.1", "replication_port": port})
    builder.rebalance()
    builder.get_ring().save(f"{etc}/{name}.ring.gz")


def storage_servers(folder, etc):
    from swift.account.server import AccountController
    from swift.container.server import ContainerController
    from swift.obj.server import ObjectController
    settings = {"swift_dir": etc, "devices": folder + "/srv", "mount_check": "false", "log_address": folder + "/none",
                "fallocate_reserve": "0", "bind_ip": "127.0.0.1", "node_timeout": "60", "conn_timeout": "5"}
    return {"account": AccountController(settings), "container": ContainerController(settings),
            "object": ObjectController(settings)}


def main(folder, port):
    from swift.common import storage_policy
    from swift.common.wsgi import SwiftHttpProtocol, loadapp
    etc = folder + "/etc"
    for name in ("etc", "srv/d1"):
        os.makedirs(os.path.join(folder, name))
    write(etc + "/swift.conf", SWIFT_CONF)
    write(etc + "/proxy.conf", PROXY_CONF.format(etc=etc, dir=folder))
    swift.common.utils.SWIFT_CONF_FILE = etc + "/swift.conf"
    swift.common.utils.validate_hash_conf()
    storage_policy.reload_storage_policies()
    logging.basicConfig(filename=folder + "/swift.log", level=logging.INFO)
    options = {"protocol": SwiftHttpProtocol, "log_output": False, "minimum_chunk_size": 1}
    sockets = {name: listen(("127.0.0.1", 0)) for name in ("account", "container", "object")}
    for name, each in sockets.items():
        write_ring(etc, name, each.getsockname()[1])
    for name, server in storage_servers(folder, etc).items():
        eventlet.spawn(wsgi.server, sockets[name], server, logging.getLogger(name), **options)
    proxy = loadapp(etc + "/proxy.conf", global_conf={"log_name": "proxy", "swift_dir": etc})
    wsgi.server(listen(("127.0.0.1", port)), proxy, logging.getLogger("proxy"), **options)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), int(sys.argv[2]))
