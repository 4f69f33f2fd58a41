"""Documents to print: what stands on them, their QR codes, and how they become PDF."""
