"""Documents and their parts that must stay as they are, byte for byte."""
