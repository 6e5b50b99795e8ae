// A Go server as gateways are: net/http, and a graceful shutdown on SIGTERM.
//
//	gateway ADDRESS:PORT
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("listening")
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, os.Getpid())
	})}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	go func() {
		fmt.Println("signal", <-told)
		_ = server.Shutdown(context.Background())
	}()
	_ = server.Serve(listener)
}
