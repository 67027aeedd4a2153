"""The native routes, one file for each group."""
