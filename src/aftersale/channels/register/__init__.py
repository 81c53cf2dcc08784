"""Read the product register of a shop, a sheet of its own making."""

from aftersale.channels.register.read import Article, Register, find_register, load_register, read_register

__all__ = ["Article", "Register", "find_register", "load_register", "read_register"]
