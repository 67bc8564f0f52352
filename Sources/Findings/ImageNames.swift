// SPDX-License-Identifier: Apache-2.0
import OCIModel

/// All the ways in which people write the name of an image, for patterns to match.
package enum ImageNames {
    /// Nil when the text names no image.
    package static func parse(_ text: String) -> ImageReference? {
        do throws(ImageReferenceError) { return try ImageReference(parsing: text) } catch { return nil }
    }

    /// Complete, familiar, and without tag and digest; for Docker Hub also the forms in between (`docker.io/nginx:1`).
    package static func forms(of references: some Sequence<ImageReference>) -> [String] {
        Set(references.flatMap(forms)).sorted()
    }

    private static func forms(of reference: ImageReference) -> [String] {
        let suffix = String(reference.description.dropFirst(reference.name.count))
        let tag = reference.tag.map { ":\($0)" }
        let suffixes = Set(["", suffix, tag ?? ""])
        return bases(of: reference).flatMap { base in suffixes.map { base + $0 } } + [reference.familiar]
    }

    private static func bases(of reference: ImageReference) -> [String] {
        guard reference.registry == "docker.io" else { return [reference.name] }
        var bases = [reference.name, reference.repository, "index.docker.io/\(reference.repository)"]
        if reference.repository.hasPrefix("library/") {
            let short = reference.repository.dropFirst("library/".count)
            bases += [String(short), "docker.io/\(short)", "index.docker.io/\(short)"]
        }
        return bases
    }
}
