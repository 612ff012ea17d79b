"""Painters of cells and rows."""
