"""Clones and templates: what is wanted, what it takes, who needs whom, as pure values and rules."""
