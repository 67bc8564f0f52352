// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import TrivyReport

@Suite struct `What Trivy says when it fails` {
    /// Written by Trivy 0.76 against registries that answered so.
    static let others = """
        2026-11-21T08:50:42Z\tINFO\t[vuln] Vulnerability scanning is enabled
        2026-11-21T08:50:42Z\tFATAL\tFatal error\trun error: image scan error: scan error: unable to initialize a scan service: \
        unable to initialize artifact: unable to initialize container image: unable to find the specified image "h/x:1" in \
        ["docker" "containerd" "podman" "remote"]: 4 errors occurred:
        \t* docker error: unable to inspect the image (h/x:1): failed to connect to the docker API at unix:///var/run/docker.sock; \
        check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory
        \t* containerd error: failed to list images from containerd client: connection error: desc = "transport: Error while \
        dialing: dial unix:///run/containerd/containerd.sock: timeout": connection refused: unavailable
        \t* podman error: unable to initialize Podman client: no podman socket found: stat podman/podman.sock: no such file or directory
        \t* remote error:
        """
    static let database = """
        2026-11-21T08:50:42Z\tINFO\t[vulndb] Downloading vulnerability DB...
        2026-11-21T08:50:42Z\tFATAL\tFatal error\trun error: init error: DB error: failed to download vulnerability DB: OCI artifact \
        error: failed to download vulnerability DB: failed to download artifact from h/db:2: OCI repository error: 1 error occurred:
        \t*
        """

    @Test(
        arguments: [
            ("GET http://h/v2/x/manifests/1: MANIFEST_UNKNOWN: manifest unknown; map[Tag:1]", .imageNotFound),
            (
                "GET https://index.docker.io/v2/x/manifests/1: NAME_UNKNOWN: repository name not known to registry",
                .imageNotFound
            ),
            ("no child with platform linux/s390x in index localhost:32000/multi:1", .imageNotFound),
            ("GET http://h/v2/x/manifests/1: UNAUTHORIZED: authentication required; []", .unauthorized),
            ("GET http://h/v2/x/manifests/1: DENIED: requested access to the resource is denied", .unauthorized),
            (
                "GET http://h/v2/x/manifests/1: TOOMANYREQUESTS: You have reached your pull rate limit. You may increase the limit "
                    + "by authenticating and upgrading: https://www.docker.com/increase-rate-limit", .rateLimited
            ),
            ("GET http://h/v2/x/manifests/1: UNAVAILABLE: x", .registryUnreachable),
            (
                "GET http://h/v2/x/manifests/1: unexpected status code 500 Internal Server Error: oops",
                .registryUnreachable
            ),
            (
                "Get \"https://localhost:32999/v2/\": dial tcp 127.0.0.1:32999: connect: connection refused; Get "
                    + "\"http://localhost:32999/v2/\": dial tcp 127.0.0.1:32999: connect: connection refused",
                .registryUnreachable
            ),
            (
                "Get \"https://x.invalid/v2/\": dial tcp: lookup x.invalid on 10.255.255.53:53: no such host",
                .registryUnreachable
            ),
            (
                "Get \"https://h/v2/\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
                .registryUnreachable
            ),
            (
                "Get \"https://h/v2/\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
                .registryUnreachable
            ),
        ] as [(String, ScanFailure.Reason)])
    func `the registry's answer decides, not the daemons that are not there`(answer: String, reason: ScanFailure.Reason)
    {
        let stderr = "\(Self.others) \(answer)\n\n\n"
        #expect(FailureSigns.reason(in: stderr) == reason)
        #expect(FailureSigns.message(in: stderr) == answer)
    }

    @Test(arguments: [
        "GET http://h/v2/db/manifests/2: MANIFEST_UNKNOWN: manifest unknown; map[Tag:2]",
        "GET http://h/v2/db/manifests/2: UNAUTHORIZED: authentication required; []",
        "Get \"https://h/v2/\": dial tcp 127.0.0.1:32999: connect: connection refused",
    ])
    func `a database that cannot be had is not the image's fault`(answer: String) {
        let stderr = "\(Self.database) \(answer)\n\n\n"
        #expect(FailureSigns.reason(in: stderr) == .databaseUnavailable)
        let message = FailureSigns.message(in: stderr)
        #expect(
            message?.hasPrefix("DB error: failed to download vulnerability DB") == true
                && message?.hasSuffix(answer) == true)
    }

    @Test(
        arguments: [
            (
                "2026-11-21T08:50:43Z\tFATAL\tFatal error\trun error: init error: DB error: database error: --skip-db-update cannot be "
                    + "specified on the first run", .databaseUnavailable
            ),
            (
                "2026-11-21T08:50:42Z\tWARN\tProvide a higher timeout value, see https://trivy.dev/docs\n2026-11-21T08:50:42Z\tFATAL\t"
                    + "Fatal error\trun error: image scan error: scan error: scan failed: failed analysis: analyze error: pipeline "
                    + "error: context deadline exceeded", .timedOut
            ),
            (
                "FATAL\tFatal error\trun error: image scan error: scan error: unable to initialize a scan service: unable to "
                    + "initialize artifact: failed to parse the image name: could not parse reference: localhost:32000/UPPER:1",
                .imageNotFound
            ),
            (
                "FATAL\tFatal error\trun error: image scan error: failed to create temp dir: stat /nonexistent: no such file",
                nil
            ),
            ("", nil), ("panic: runtime error: index out of range", .trivyCrashed),
            ("fatal error: runtime: out of memory\n\nruntime stack:\nruntime.throw", .outOfMemory),
            ("Detected OS family=\"alpine\"", nil),
        ] as [(String, ScanFailure.Reason?)])
    func `other messages`(stderr: String, reason: ScanFailure.Reason?) {
        #expect(FailureSigns.reason(in: stderr) == reason)
    }

    @Test func `the message is short and clean`() throws {
        let stderr = "FATAL\tFatal error\trun error: \u{1B}[31m" + String(repeating: "x", count: 9_000)
        let message = try #require(FailureSigns.message(in: stderr))
        #expect(message.hasPrefix("[31mxxx") && message.utf8.count <= 400)
        #expect(FailureSigns.message(in: " \n") == nil)
    }
}
