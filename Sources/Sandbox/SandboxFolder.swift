// SPDX-License-Identifier: Apache-2.0
import CCertificates
import Essentials
import Glibc

/// The folder that holds all of one sandbox: objects, certificates, the token, the kubeconfig and container logs.
package final class SandboxFolder: Sendable {
    package let path: String
    private let lock: Int32

    /// Makes the folder where it is missing, and keeps other sandboxes out of it.
    package init(_ given: String) throws(SandboxError) {
        try DiskFile.makeFolder(given)
        // Whoever reads the kubeconfig's path may stand elsewhere.
        guard let absolute = realpath(given, nil) else { throw DiskFile.failure(given) }
        let path = String(cString: absolute)
        free(absolute)
        self.path = path
        // What is in it is trusted: the token, the certificates, the objects.
        var status = stat()
        guard stat(path, &status) == 0 else { throw DiskFile.failure(path) }
        guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw .state(path: path, reason: "the folder belongs to another user, or others may write in it")
        }
        let file = path + "/lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskFile.failure(file) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: path)
        }
        lock = descriptor
    }

    deinit { close(lock) }

    package var kubeconfig: String { path + "/kubeconfig" }

    /// Where a container's log is written, `POD-UID/CONTAINER.log` below.
    package var pods: String { path + "/pods" }

    // MARK: Credentials

    /// The admin's token; made once.
    package func token() throws(SandboxError) -> String {
        let file = path + "/token"
        if let known = try DiskFile.read(file), known.count >= 32 { return String(decoding: known, as: UTF8.self) }
        var generator = SystemRandomNumberGenerator()
        let token = (0..<4).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
        try DiskFile.replace(file, with: Array(token.utf8))
        return token
    }

    /// Authority, certificate and key for a server of that host, in PEM; made once for each host.
    package func certificates(host: String) throws(SandboxError) -> (
        authority: [UInt8], certificate: [UInt8], key: [UInt8]
    ) {
        let names = Self.names(host)
        let files = ["ca.crt", "server.crt", "server.key"].map { path + "/" + $0 }
        let stamp = path + "/server.names"
        if let known = try DiskFile.read(stamp), known == Array(names.utf8),
            let authority = try DiskFile.read(files[0]),
            let certificate = try DiskFile.read(files[1]), let key = try DiskFile.read(files[2])
        {
            return (authority, certificate, key)
        }
        let capacity = 16 << 10
        var authority = [CChar](repeating: 0, count: capacity)
        var certificate = authority
        var key = authority
        let step = ccertificates_make(names, 3650, &authority, &certificate, &key, capacity)
        guard step == 0 else { throw .certificates(step: Int(step)) }
        let made = [authority, certificate, key].map { text in text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) } }
        for (file, text) in zip(files, made) { try DiskFile.replace(file, with: text) }
        // Last, so that a crash before it makes all three again.
        try DiskFile.replace(stamp, with: Array(names.utf8))
        return (made[0], made[1], made[2])
    }

    private static func names(_ host: String) -> String {
        var names = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]
        var address = in6_addr()
        let isAddress = inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
        let own = (isAddress ? "IP:" : "DNS:") + host
        // What a name may hold besides would be read as syntax.
        if !names.contains(own), host.utf8.allSatisfy({ $0 != UInt8(ascii: ",") && $0 > 0x20 }) { names.append(own) }
        return names.joined(separator: ",")
    }

    /// Writes the kubeconfig of the admin, for its owner only.
    package func writeKubeconfig(server: String, authority: [UInt8], token: String) throws(SandboxError) {
        let text = """
            apiVersion: v1
            kind: Config
            current-context: watchbill-sandbox
            clusters:
            - name: watchbill-sandbox
              cluster:
                server: \(server)
                certificate-authority-data: \(Base64.encode(authority))
            users:
            - name: admin
              user:
                token: \(token)
            contexts:
            - name: watchbill-sandbox
              context:
                cluster: watchbill-sandbox
                user: admin

            """
        try DiskFile.replace(kubeconfig, with: Array(text.utf8))
    }
}
