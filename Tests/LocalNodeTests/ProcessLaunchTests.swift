// SPDX-License-Identifier: Apache-2.0
import ChildProcesses
import Glibc
import Testing

@testable import LocalNode

/// What programs get of ours when they are started.
@Suite struct ProcessLaunchTests {
    @Test(.timeLimit(.minutes(1)))
    func `a program gets the descriptors that it is given and no other`() async throws {
        // As sockets of libraries are opened, without the mark that closes them.
        let (low, given, high) = (open("/dev/null", O_RDONLY), open("/dev/null", O_RDONLY), open("/dev/null", O_RDONLY))
        defer { for descriptor in [low, given, high] { close(descriptor) } }
        try #require(low > 2 && given > 2 && high > 2)
        let script = "cd /proc/$$/fd && test -e \(given) && test ! -e \(low) && test ! -e \(high)"
        let launch = ProcessLaunch(
            command: ["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"], descriptors: [given])
        let identifier = try launch.start()
        while !StartedProcess.hasEnded(identifier) { try await Task.sleep(for: .milliseconds(10)) }
        #expect(StartedProcess.reap(identifier).status == 0)
    }

    @Test(arguments: ["../x", "..", ".", "", "a/b", "a.b", String(repeating: "a", count: 64)])
    func `a container whose name would lead elsewhere is not set up`(name: String) {
        #expect(!ContainerSetup.isFileName(name))
        #expect(ContainerSetup.isFileName("main-1"))
    }

    @Test func `only addresses and names of loopback are loopback`() {
        #expect(Registries.isLoopback("localhost") && Registries.isLoopback("127.0.0.1"))
        #expect(!Registries.isLoopback("127.example.com") && !Registries.isLoopback("127.0.0.1.example.com"))
    }
}
