"""Images, registries, and what containers have of file systems."""
