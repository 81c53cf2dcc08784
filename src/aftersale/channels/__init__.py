"""Turn what a platform says, in whatever form, into notices; platform codes and words stop here."""
