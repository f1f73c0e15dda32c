module actlog

go 1.19
