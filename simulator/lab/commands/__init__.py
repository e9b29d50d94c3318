"""What commands do, by family; each module has an explicit table ``COMMANDS``."""
