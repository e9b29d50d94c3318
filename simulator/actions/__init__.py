"""What an operator can do in a plan: one function per verb of the language."""
