"""What publisher costs, beside programs that do the same."""
