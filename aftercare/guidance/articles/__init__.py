"""Articles as readers see them: page, list, search, preview; and the texts that are shipped."""
