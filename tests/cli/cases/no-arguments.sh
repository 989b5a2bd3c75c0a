unpeg
