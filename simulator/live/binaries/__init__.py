"""Executable files, made byte by byte: nothing is compiled, nothing is copied."""
