// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import OCIModel

/// Why the scanner's Docker configuration could not be written.
struct DockerConfigurationError: Error {
    var message: String
}

/// The one configuration that a scanner gets: a single account, for a single repository.
///
/// Trivy (go-containerregistry) looks for `HOST/REPOSITORY` before `HOST`. Without an entry for the host, an empty one, it
/// would show the account to all repositories there, the database's among them.
struct DockerConfiguration {
    /// What `DOCKER_CONFIG` is set to.
    let folder: String

    init(in scratch: ScratchFolder) throws(DockerConfigurationError) {
        folder = scratch.path + "/docker"
        guard mkdir(folder, 0o700) == 0 else { throw Self.error("made", at: folder) }
    }

    /// Holds `credential` from now on, or nothing, for `repository` as the scanner names it.
    func hold(_ credential: PullCredentials.Credential?, for repository: String) throws(DockerConfigurationError) {
        var accounts: [String: JSONValue] = [:]
        if let credential {
            let (host, repository) = Self.keys(repository)
            accounts[host] = [:]
            accounts[repository] = [
                "username": .string(credential.username), "password": .string(credential.password.exposed),
            ]
        }
        let content = JSONValue.object(["auths": .object(accounts)]).canonicalBytes
        let path = folder + "/config.json"
        unlink(path)
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.error("written", at: path) }
        defer { close(file) }
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error("written", at: path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Under what Trivy looks; Docker Hub goes by other names there.
    private static func keys(_ repository: String) -> (host: String, repository: String) {
        let hub = "docker.io/"
        if repository.hasPrefix(hub) {
            return ("https://index.docker.io/v1/", "index.docker.io/" + repository.dropFirst(hub.count))
        }
        return (String(repository.prefix { $0 != "/" }), repository)
    }

    private static func error(_ verb: String, at path: String) -> DockerConfigurationError {
        DockerConfigurationError(message: "'\(path)' cannot be \(verb): \(systemMessage(errno))")
    }
}
