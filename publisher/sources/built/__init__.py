"""The pages that the site's generator built: which page is a post's, its address and its body."""
