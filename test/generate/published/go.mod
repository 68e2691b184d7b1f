// Checks what is generated against published shapes: `npm run test:real` builds it.
module steadyrun.dev/test/generate/published

go 1.26.0

require (
	cloud.google.com/go/monitoring v1.32.1
	github.com/grafana/grafana-foundation-sdk/go v0.0.22
	google.golang.org/protobuf v1.36.12
)

require (
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	google.golang.org/genproto v0.0.0-20261012220534-4341edf3f941 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20261012220534-4341edf3f941 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20261012220534-4341edf3f941 // indirect
	google.golang.org/grpc v1.84.0 // indirect
)
