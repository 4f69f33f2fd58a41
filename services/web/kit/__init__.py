"""What every area of the pages needs: who looks, in which language, what was typed, how things are written."""
