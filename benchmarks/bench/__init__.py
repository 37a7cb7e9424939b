"""`make bench`: one table of ratios, each of two costs that were measured in the same rounds."""
