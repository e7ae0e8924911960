module tenure/fakeapi

go 1.26
