-- Posts a body again and again, with the next bearer token of a file each time, and prints what came of it as JSON.
-- Arguments: path, content type, file of the body, file of the bearer tokens (one a line; it may be empty).
function init(args)
  local file = io.open(args[3], "rb")
  local body, requests, next = file:read("*a"), {}, 0
  file:close()
  wrk.headers["Content-Type"] = args[2]
  for bearer in io.lines(args[4]) do
    wrk.headers["Authorization"] = "Bearer " .. bearer
    requests[#requests + 1] = wrk.format("POST", args[1], wrk.headers, body)
  end
  if #requests > 1 then
    function request()
      next = next % #requests + 1
      return requests[next]
    end
  end
  wrk.method, wrk.path, wrk.body = "POST", args[1], body
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"requests": %d, "seconds": %f, "errors": %d}', summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
