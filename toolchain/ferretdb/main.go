// Command ferretdb serves MongoDB's wire protocol from SQLite files, for pawl's tests.
//
// FerretDB's own command panics when it is built from the module proxy (its generated version file is absent there);
// the embeddable package does not.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:27017", "TCP address to listen on")
	directory := flag.String("directory", "", "folder that holds one SQLite file per database")
	version := flag.Bool("version", false, "print the version of FerretDB and exit")
	flag.Parse()
	if *version {
		log.SetFlags(0)
		log.SetOutput(os.Stdout)
		log.Print("ferretdb 1.24.2")
		return
	}
	if *directory == "" {
		log.Fatal("ferretdb: -directory is required")
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: *listen},
		Handler:   "sqlite",
		SQLiteURL: "file:" + *directory + "/",
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := server.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
