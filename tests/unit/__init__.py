"""Tests that need nothing but Python: single modules, and the program without a server."""
