"""Who is signed in at the pages: the browser holds a reference, the tokens stay here."""
