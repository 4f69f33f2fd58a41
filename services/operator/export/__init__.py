"""Everything that a programme knows, in open formats with a manifest: what is left when it is wound up."""
