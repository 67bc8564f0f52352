// SPDX-License-Identifier: Apache-2.0

/// The name of an image: where it is kept, and which one of that place.
///
/// Grammar and normalisation: distribution/reference (`regexp.go`, `normalize.go`), as Docker and containerd read it:
/// `nginx` is `docker.io/library/nginx`; the first component is a host when it holds a dot, a colon or an upper-case
/// letter, or is `localhost`.
package struct ImageReference: Hashable, Sendable {
    /// Host and optional port: `docker.io`, `localhost:32000`, `[::1]:5000`.
    package let registry: String
    /// Path within the registry, lower case, without tag: `library/nginx`.
    package let repository: String
    package var tag: String?
    package var digest: Digest?

    /// Registry and repository without tag and digest: `docker.io/library/nginx`.
    package var name: String { "\(registry)/\(repository)" }

    /// The tag that a registry is asked for: `latest` without tag and digest, nil where only a digest is given.
    package var effectiveTag: String? { tag ?? (digest == nil ? "latest" : nil) }

    /// What follows `/manifests/` in a request: the digest where there is one, else the tag.
    package var manifestReference: String { digest?.description ?? tag ?? "latest" }

    /// The same image of the same repository, named by `digest` alone.
    package func pinned(to digest: Digest) -> ImageReference {
        var copy = self
        copy.tag = nil
        copy.digest = digest
        return copy
    }

    /// The form people write: without `docker.io/` and `library/`.
    package var familiar: String {
        guard registry == Self.defaultRegistry else { return description }
        let library = "library/"
        let path =
            repository.hasPrefix(library) && !repository.dropFirst(library.count).contains("/")
            ? String(repository.dropFirst(library.count)) : repository
        return path + suffix
    }

    static let defaultRegistry = "docker.io"
    /// Longest repository that a registry accepts (distribution/reference `RepositoryNameTotalLengthMax`).
    static let repositoryLimit = 255
    /// Longest text that is looked at at all.
    static let textLimit = 1024

    private var suffix: String { (tag.map { ":" + $0 } ?? "") + (digest.map { "@" + $0.description } ?? "") }
}

extension ImageReference: CustomStringConvertible {
    /// The complete form, which reads back as the same value.
    package var description: String { name + suffix }
}

extension ImageReference {
    /// Reads a reference as written in a Pod; what is missing is filled in as Docker does it.
    package init(parsing text: String) throws(ImageReferenceError) {
        guard !text.isEmpty else { throw .init(text, .empty) }
        guard text.utf8.count <= Self.textLimit else { throw .init(text, .tooLong(limit: Self.textLimit)) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .init(text, .forbiddenCharacter) }
        let (rest, digest) = try Self.splitDigest(text)
        let (name, tag) = try Self.splitTag(rest, of: text)
        guard Digest(.sha256, hex: name) == nil else { throw .init(text, .identifier) }
        let (registry, repository) = Self.splitHost(name)
        guard RegistryHost.isValid(registry) else { throw .init(text, .invalidRegistry(registry)) }
        guard !repository.isEmpty else { throw .init(text, .missingRepository) }
        guard repository.utf8.count <= Self.repositoryLimit else {
            throw .init(text, .tooLong(limit: Self.repositoryLimit))
        }
        if repository.utf8.contains(where: \.isUpper) { throw .init(text, .upperCase(repository)) }
        for component in repository.split(separator: "/", omittingEmptySubsequences: false)
        where !Self.isPathComponent(component.utf8) {
            throw .init(text, .invalidRepository(String(component)))
        }
        self.init(registry: registry, repository: repository, tag: tag, digest: digest)
    }

    private static func splitDigest(_ text: String) throws(ImageReferenceError) -> (Substring, Digest?) {
        guard let at = text.firstIndex(of: "@") else { return (text[...], nil) }
        let value = String(text[text.index(after: at)...])
        guard let digest = Digest(value) else { throw .init(text, .invalidDigest(value)) }
        return (text[..<at], digest)
    }

    /// A colon after the last slash starts a tag; one before it belongs to the host's port.
    private static func splitTag(_ rest: Substring, of text: String) throws(ImageReferenceError) -> (String, String?) {
        let lastComponent = rest.lastIndex(of: "/").map { rest.index(after: $0) } ?? rest.startIndex
        guard let colon = rest[lastComponent...].lastIndex(of: ":") else { return (String(rest), nil) }
        let tag = String(rest[rest.index(after: colon)...])
        guard isTag(tag) else { throw .init(text, .invalidTag(tag)) }
        return (String(rest[..<colon]), tag)
    }

    private static func splitHost(_ name: String) -> (registry: String, repository: String) {
        guard let slash = name.firstIndex(of: "/"), isHost(name[..<slash]) else {
            return (defaultRegistry, name.contains("/") ? name : "library/" + name)
        }
        let repository = String(name[name.index(after: slash)...])
        let host = name[..<slash]
        guard host == defaultRegistry || host == "index.docker.io" else { return (String(host), repository) }
        return (defaultRegistry, repository.contains("/") || repository.isEmpty ? repository : "library/" + repository)
    }

    private static func isHost(_ first: Substring) -> Bool {
        first == "localhost" || first.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") || $0.isUpper }
    }

    /// `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`
    package static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128, first.isAlphanumeric || first == UInt8(ascii: "_")
        else { return false }
        return text.utf8.allSatisfy {
            $0.isAlphanumeric || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
    private static func isPathComponent(_ component: Substring.UTF8View) -> Bool {
        var separator: [UInt8] = []
        var sawLetter = false
        for byte in component {
            if byte.isDigit || byte.isLower {
                guard separator.isEmpty || isSeparator(separator) else { return false }
                separator = []
                sawLetter = true
            } else {
                guard sawLetter else { return false }
                separator.append(byte)
            }
        }
        return sawLetter && separator.isEmpty
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        let (dot, underscore, dash) = (UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"))
        return bytes == [dot] || bytes == [underscore] || bytes == [underscore, underscore]
            || bytes.allSatisfy { $0 == dash }
    }
}
