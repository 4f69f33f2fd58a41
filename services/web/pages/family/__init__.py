"""The relative's pages: my mother's next visit, my own time for her, everything that is done for her."""
