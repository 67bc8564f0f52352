// SPDX-License-Identifier: Apache-2.0
import Glibc
import TrivyReport

extension ScanFailure {
    /// What was not begun, or not finished, because the Pod must end.
    static let interrupted = ScanFailure(
        reason: .interrupted, message: "the courier was told to end before this image was scanned")

    static func notStarted(_ program: String, _ number: Int32) -> ScanFailure {
        ScanFailure(reason: .trivyMissing, message: "'\(program)' cannot be started: \(systemMessage(number))")
    }

    /// From how a scanner ended that did not succeed.
    init(end: ProcessEnd, wasStarved: Bool, timeout: Duration?) {
        let text = end.stderr.text
        let said = FailureSigns.message(in: text)
        self.init(reason: .unknown, message: "", stderrTail: Self.tail(of: text))
        switch end.cause {
        case .exited(let code):
            exitCode = code
            reason = FailureSigns.reason(in: text) ?? .unknown
            message = said ?? "Trivy exited with \(code) and said nothing"
        case .signalled(SIGKILL) where wasStarved:
            signal = SIGKILL
            reason = .outOfMemory
            message = "the kernel killed Trivy for want of memory at \(end.peakMemoryBytes >> 20) MiB"
        case .signalled(let number):
            signal = number
            reason = FailureSigns.reason(in: text) == .outOfMemory ? .outOfMemory : .trivyCrashed
            message = "Trivy died of signal \(number)" + (said.map { ": \($0)" } ?? "")
        case .timedOut:
            signal = SIGKILL
            reason = .timedOut
            message = "Trivy did not end within \(timeout?.components.seconds ?? 0) s and was stopped"
        case .interrupted:
            signal = SIGKILL
            (reason, message) = (Self.interrupted.reason, Self.interrupted.message)
        }
    }

    /// At most 2 KiB from the end, escaped, from the beginning of a line where there is one.
    static func tail(of text: String) -> String {
        let escaped = FailureSigns.escaped(text)
        guard escaped.utf8.count > FailureSigns.tailBytes else { return escaped }
        var tail = escaped[...]
        if let cut = escaped.utf8.index(
            escaped.endIndex, offsetBy: -FailureSigns.tailBytes, limitedBy: escaped.startIndex)
        {
            tail = escaped[escaped.unicodeScalars.index(after: cut)...]
        }
        if let feed = tail.firstIndex(of: "\n"), feed != tail.index(before: tail.endIndex) {
            tail = tail[tail.index(after: feed)...]
        }
        return String(tail)
    }
}
