"""The scenario language: YAML in, a frozen description out, every error placed."""
