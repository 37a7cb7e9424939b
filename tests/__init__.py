"""Claims about the whole, checked on real servers where the wire matters."""
