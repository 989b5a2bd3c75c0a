unpeg version
unpeg --version
unpeg version now
