"""Reads that more than one front end needs."""
