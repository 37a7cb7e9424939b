"""Much at once: growth with the input, mutated posts, kills at random points."""
