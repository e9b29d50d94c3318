"""Networks: what a namespace has of them, and the way from one to another."""
