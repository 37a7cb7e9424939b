"""A folder of posts -> posts, skips and warnings; one module per engine."""
