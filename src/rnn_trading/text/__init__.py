"""Words of texts: vocabulary, sequences of ids, phrases, word vectors."""
