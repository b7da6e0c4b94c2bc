"""The parts of the page of parameters."""
