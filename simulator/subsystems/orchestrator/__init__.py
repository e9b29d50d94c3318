"""An orchestrator: desired state, and the loops that bring the world closer to it."""
