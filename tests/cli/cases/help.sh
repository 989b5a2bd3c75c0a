unpeg help
unpeg --help | cmp - <(unpeg help) && unpeg -h | cmp - <(unpeg help) && echo the same
