"""How a scenario is executed: one port, with runners behind it."""
