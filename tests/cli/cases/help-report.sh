unpeg report --help
