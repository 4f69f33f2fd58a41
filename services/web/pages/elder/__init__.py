"""The elder's pages: one question a page, large, nothing that disappears by itself."""
