"""Documents that must stay the same, byte for byte."""
