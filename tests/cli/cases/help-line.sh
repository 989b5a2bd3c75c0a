unpeg line --help
