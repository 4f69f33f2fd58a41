"""An elder is registered in one page."""
