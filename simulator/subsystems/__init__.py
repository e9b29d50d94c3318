"""The parts of a computer, one module each; they meet through the engine."""
